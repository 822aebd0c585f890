//! An open file travels as a descriptor (SCM_RIGHTS, unix(7)), so the child needs no path and no
//! right to open anything: it can read this one file and no other.

use std::fs::File;
use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};

use super::ProtocolError;

/// The byte that carries the descriptor; a descriptor cannot travel alone.
const CARRIER: u8 = b'F';

/// Sends an open file.
pub(crate) fn send_file(to: &UnixStream, file: &File) -> Result<(), ProtocolError> {
    let descriptors = [file.as_fd()];
    let mut room = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut room);
    if !control.push(SendAncillaryMessage::ScmRights(&descriptors)) {
        return Err(ProtocolError::Garbled);
    }
    // NOSIGNAL: a child that just died is an error here, not a SIGPIPE.
    sendmsg(
        to,
        &[IoSlice::new(&[CARRIER])],
        &mut control,
        SendFlags::NOSIGNAL,
    )
    .map_err(std::io::Error::from)?;
    Ok(())
}

/// Receives an open file.
pub(crate) fn receive_file(from: &UnixStream) -> Result<File, ProtocolError> {
    let mut carrier = [0];
    let mut room = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut room);
    let received = recvmsg(
        from,
        &mut [IoSliceMut::new(&mut carrier)],
        &mut control,
        RecvFlags::CMSG_CLOEXEC,
    )
    .map_err(std::io::Error::from)?;
    if received.bytes == 0 {
        return Err(ProtocolError::Closed);
    }
    let descriptor = control.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
        _ => None,
    });
    if carrier != [CARRIER] {
        return Err(ProtocolError::Garbled);
    }
    descriptor.map(File::from).ok_or(ProtocolError::Garbled)
}
