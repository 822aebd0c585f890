//! How long a copy takes from approved record to checked file, measured on the machine at hand.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Seal, SealError, SignRequest, verify};

/// Percentiles of repeated runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percentiles {
    /// Half of the runs took no longer.
    pub p50: Duration,
    /// 95 of 100 runs took no longer.
    pub p95: Duration,
    /// 99 of 100 runs took no longer.
    pub p99: Duration,
}

/// The three steps apart, and the time to a signed file (compose + sign).
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// Composing the page as PDF/A-2b.
    pub compose: Percentiles,
    /// Sealing it, our own check of the output included.
    pub sign: Percentiles,
    /// Verifying the file as a stranger would.
    pub verify: Percentiles,
    /// Approved record to signed file.
    pub approved_to_signed: Percentiles,
    /// Signed files a second, one after the other.
    pub per_second: f64,
}

/// Runs `compose`, seal and verification `runs` times, at least once, one after the other.
pub async fn measure<E: From<SealError>>(
    runs: usize,
    seal: &Arc<Seal>,
    request: &SignRequest,
    mut compose: impl FnMut() -> Result<Vec<u8>, E>,
) -> Result<Timing, E> {
    let trust = seal.trust();
    let mut steps: [Vec<Duration>; 4] = Default::default();
    for _ in 0..runs.max(1) {
        let start = Instant::now();
        let pdf = compose()?;
        let composed = start.elapsed();
        let sealed = seal.seal(&pdf, request, request.signing_time).await?;
        let signed = start.elapsed();
        let verdict = verify(&sealed, &trust, request.signing_time);
        let verified = start.elapsed();
        if !verdict.holds() {
            return Err(SealError::SelfCheck(verdict.file.code()).into());
        }
        let times = [composed, signed - composed, verified - signed, signed];
        for (step, time) in steps.iter_mut().zip(times) {
            step.push(time);
        }
    }
    let busy: Duration = steps[3].iter().sum();
    let per_second = steps[3].len() as f64 / busy.as_secs_f64().max(f64::EPSILON);
    let [compose, sign, verify, approved_to_signed] = steps.map(percentiles);
    Ok(Timing {
        compose,
        sign,
        verify,
        approved_to_signed,
        per_second,
    })
}

fn percentiles(mut times: Vec<Duration>) -> Percentiles {
    times.sort_unstable();
    let at = |hundredth: usize| times[(times.len() * hundredth).div_ceil(100).max(1) - 1];
    Percentiles {
        p50: at(50),
        p95: at(95),
        p99: at(99),
    }
}
