-- What all processes over one catalogue must agree on, and which of them live.

CREATE TABLE agreements (
    name  TEXT PRIMARY KEY,               -- seal: SHA-256 of the certificate the archive seals with
    value TEXT NOT NULL,
    at    TEXT NOT NULL                   -- since when
);

CREATE TABLE processes (                  -- serve and work, while they live
    id         TEXT PRIMARY KEY,
    role       TEXT NOT NULL,             -- serve | work
    host       TEXT NOT NULL,
    seal       TEXT NOT NULL,             -- SHA-256 of the certificate it seals with
    started_at TEXT NOT NULL,
    seen_at    TEXT NOT NULL              -- silent for longer than a minute and a half: gone
);
