//! Frames that are cut off, too long or garbage; thousands of them, from a fixed seed.

use std::io::Cursor;
use std::os::unix::net::UnixStream;

use super::*;
use crate::ablation::Step;
use crate::outcome::FailureKind;

fn request() -> Request {
    Request {
        task: Task::Read {
            page: 3,
            known: Known {
                class_hint: Some("diploma".into()),
                map: None,
            },
            without: Ablation::from_iter([Step::Border]),
        },
        memory_bytes: 9,
    }
}

fn framed() -> Vec<u8> {
    let mut bytes = Vec::new();
    send(&mut bytes, &request(), MAX_REQUEST).unwrap();
    bytes
}

#[test]
fn a_message_arrives_as_it_was_sent() {
    let received: Request = receive(&mut Cursor::new(framed()), MAX_REQUEST).unwrap();
    assert_eq!(received, request());
}

#[test]
fn every_truncation_is_a_closed_connection() {
    let whole = framed();
    for length in 0..whole.len() {
        let cut = receive::<Request>(&mut Cursor::new(&whole[..length]), MAX_REQUEST);
        assert!(
            matches!(cut, Err(ProtocolError::Closed)),
            "cut at {length}: {cut:?}"
        );
    }
}

#[test]
fn an_announced_length_beyond_the_bound_is_refused_before_anything_is_read() {
    let mut hostile = Cursor::new(vec![0xFF; 1024]);
    let refused = receive_bytes(&mut hostile, MAX_ANSWER);
    assert!(matches!(
        refused,
        Err(ProtocolError::TooLong {
            announced: 0xFFFF_FFFF,
            ..
        })
    ));
    assert_eq!(hostile.position(), 4);
}

#[test]
fn an_announced_length_within_the_bound_takes_no_room_until_bytes_come() {
    let mut hostile = MAX_ANSWER.to_be_bytes().to_vec();
    hostile.extend(b"few");
    assert!(matches!(
        receive_bytes(&mut Cursor::new(hostile), MAX_ANSWER),
        Err(ProtocolError::Closed)
    ));
}

#[test]
fn a_message_beyond_the_bound_is_not_sent() {
    let failed = Answer::Failed(Failure::new(FailureKind::Unreadable, "x".repeat(100)));
    let mut sent = Vec::new();
    assert!(matches!(
        send(&mut sent, &failed, 50),
        Err(ProtocolError::TooLong { .. })
    ));
    assert!(sent.is_empty());
}

#[test]
fn garbage_and_deep_nesting_are_named_and_do_not_overflow_the_stack() {
    for body in [
        b"{}".to_vec(),
        b"null".to_vec(),
        vec![0xFE; 64],
        vec![b'['; 60_000],
    ] {
        let mut frame = Vec::new();
        send_bytes(&mut frame, &body, MAX_REQUEST).unwrap();
        let received = receive::<Request>(&mut Cursor::new(frame), MAX_REQUEST);
        assert!(matches!(received, Err(ProtocolError::Garbled)));
    }
}

#[test]
fn thousands_of_mutated_frames_never_panic_and_never_hang() {
    let whole = framed();
    let mut random = crate::testing::Lcg::new(7);
    for _ in 0..5_000 {
        let mut frame = whole.clone();
        random.mutate(&mut frame);
        // Whatever comes is a message or a named error; reaching the next line is the assertion.
        let _ = receive::<Request>(&mut Cursor::new(&frame), MAX_REQUEST);
        let _ = receive::<Answer>(&mut Cursor::new(&frame), MAX_ANSWER);
        let _ = receive::<Hello>(&mut Cursor::new(&frame), MAX_REQUEST);
    }
}

#[test]
fn an_open_file_travels_and_a_byte_without_one_is_garbled() {
    use std::io::Read as _;
    let (left, mut right) = UnixStream::pair().unwrap();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"paper").unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    send_file(&left, &file).unwrap();
    let mut text = String::new();
    receive_file(&right)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, "paper");
    right.write_all(b"F").unwrap();
    assert!(matches!(receive_file(&left), Err(ProtocolError::Garbled)));
    drop(right);
    assert!(matches!(receive_file(&left), Err(ProtocolError::Closed)));
}
