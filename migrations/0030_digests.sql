-- Tracking codes are compared and never shown again, so that their digests suffice; secrets that must be read again are sealed
-- with a key outside the catalogue. What earlier releases wrote is put right when the catalogue is opened.

-- copy_requests.code holds from now on the SHA-256 of the code, in hex; people.totp_secret, people.totp_pending and
-- webhooks.secret hold sealed values (`v1.…`).
ALTER TABLE copy_requests ADD COLUMN code_sealed TEXT; -- for whoever repeats a request under the same key; NULL after a rebuild without the key
