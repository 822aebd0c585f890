-- Each start asks whether any request still carries its tracking code in the clear, and must not walk all requests for
-- it: this index is empty once all are sealed.
CREATE INDEX copy_requests_in_clear ON copy_requests (id) WHERE length(code) < 64;
