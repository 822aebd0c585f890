// A batch's live progress: asks every two seconds while anything moves.

const card = document.getElementById("progress");
const bar = document.getElementById("bar");
const left = document.getElementById("time-left");

function show(progress) {
  const counts = { ...progress, done: progress.pages_read + progress.pages_failed + progress.pages_withdrawn };
  for (const node of card.querySelectorAll("[data-count]")) {
    const count = counts[node.dataset.count];
    if (count !== undefined) node.textContent = count;
  }
  bar.max = Math.max(1, counts.pages);
  bar.value = counts.done;
  const seconds = progress.seconds_left;
  const words = left.dataset;
  left.textContent =
    progress.pages_waiting === 0 || seconds == null
      ? ""
      : `· ${words.label} ${seconds < 90 ? `${seconds} ${words.seconds}` : `${Math.round(seconds / 60)} ${words.minutes}`}`;
}

async function look() {
  try {
    const answer = await fetch(`/api/v1/batches/${card.dataset.batch}`);
    if (answer.ok) show((await answer.json()).progress);
  } catch {
    // The line is down: the next look will tell.
  }
  setTimeout(look, 2000);
}

look();
