//! What a power cut may leave of a file: a part of it, with any of the 4 KiB blocks that were
//! written since the last sync missing or torn, whatever their order. Of each such image: no
//! panic, nothing invented, nothing that was synced lost, and the loss told.
//!
//! Ten thousand of them; `RFA_CRASH_IMAGES=100000 cargo test -p rfa-record --test crash_images`
//! tries more.

mod support;

use rfa_record::{Clock, End, ReadError, Recorder, Recording, Topic, recover};
use std::path::Path;
use support::Session;

/// What a file system writes as one, in bytes.
const BLOCK: usize = 4_096;
/// What a disk writes as one.
const SECTOR: usize = 512;
/// A chunk's record, by the MCAP specification.
const CHUNK: u8 = 0x06;
/// Behind the file's eight magic bytes.
const FIRST: usize = 8;
/// A record's kind and length.
const RECORD_HEAD: usize = 9;

type Seen = Vec<(Topic, Vec<u8>)>;

/// Pseudo-random numbers (xorshift64*, Vigna 2016), so that an image has a number.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        drawn as usize % limit.max(1)
    }
}

/// A second of a session in its file.
fn recorded(path: &Path) -> Vec<u8> {
    let header = support::header(Clock::Virtual);
    let mut session = Session::new(&header, 7);
    let mut recorder = Recorder::create(path, &header).expect("creates");
    for _ in 0..100 {
        recorder.write_tick(&session.next()).expect("writes");
    }
    recorder.finish(None).expect("finishes");
    std::fs::read(path).expect("reads")
}

/// The ends of all chunks.
fn chunk_ends(bytes: &[u8]) -> Vec<usize> {
    let (mut at, mut ends) = (FIRST, Vec::new());
    while let Some(head) = bytes.get(at..at + RECORD_HEAD) {
        let length = u64::from_le_bytes(head[1..].try_into().expect("eight bytes"));
        at += RECORD_HEAD + usize::try_from(length).expect("a length");
        if head[0] == CHUNK {
            ends.push(at);
        }
    }
    ends
}

/// Everything that can be read, and whether a loss is told.
fn read(path: &Path) -> (Seen, bool) {
    let (mut seen, mut told) = (Vec::new(), false);
    let opened = Recording::open(path).and_then(|recording| recording.messages());
    let Ok(mut messages) = opened else { return (seen, true) };
    loop {
        match messages.next() {
            Ok(Some(message)) => seen.push((message.topic, message.data.to_vec())),
            Ok(None) => return (seen, told || messages.end() != Some(&End::Finished)),
            Err(ReadError::Damaged { .. }) => told = true,
            Err(error) => panic!("{error}"),
        }
    }
}

/// All of `part` is in `whole`, in its order.
fn is_part(part: &Seen, whole: &Seen) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|message| rest.any(|other| other == message))
}

/// The image of a power cut when `length` bytes were written and `synced` of them kept.
fn image(bytes: &[u8], length: usize, synced: usize, draw: &mut Draw) -> Vec<u8> {
    let mut image = bytes[..length].to_vec();
    let first = synced / BLOCK * BLOCK;
    for block in (first..length).step_by(BLOCK) {
        // Of the block in which the last sync ended, its first part is kept.
        let (start, end) = (block.max(synced), length.min(block + BLOCK));
        match draw.below(4) {
            // Written whole.
            0 | 1 => {}
            // Never written: the file system gives zeros.
            2 => image[start..end].fill(0),
            // Torn: the first sectors only.
            _ => {
                let torn = (block + SECTOR * draw.below(BLOCK / SECTOR)).clamp(start, end);
                image[torn..end].fill(0);
            }
        }
    }
    image
}

#[test]
fn no_crash_image_loses_what_was_synced_or_invents_anything() {
    let count = std::env::var("RFA_CRASH_IMAGES");
    let count: usize =
        count.map_or(10_000, |text| text.parse().expect("RFA_CRASH_IMAGES: a number"));
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = recorded(&folder.path().join("s.mcap"));
    let (path, mended) = (folder.path().join("cut.mcap"), folder.path().join("mended.mcap"));
    let of = |bytes: &[u8]| {
        std::fs::write(&path, bytes).expect("writes");
        read(&path)
    };
    let (whole, told) = of(&bytes);
    assert!(!told && whole.len() > 100);
    let ends = chunk_ends(&bytes);
    assert!(ends.len() > 2, "{ends:?}");
    let kept: Vec<(usize, Seen)> = ends.iter().map(|end| (*end, of(&bytes[..*end]).0)).collect();
    let (mut damaged, mut seen_most) = (0, 0);
    for number in 0..count {
        let mut draw = Draw(number as u64 * 2 + 1);
        // Every prefix comes about as often; a sync is at the end of a chunk, or there was none.
        let length = (number * bytes.len() / count + draw.below(97)).min(bytes.len() - 1);
        let before: Vec<_> = kept.iter().filter(|(end, _)| *end <= length).collect();
        let synced = before.get(draw.below(before.len() + 1));
        let image = image(&bytes, length, synced.map_or(0, |(end, _)| *end), &mut draw);
        let (seen, told) = of(&image);
        assert!(told, "image {number}: the loss is not told");
        assert!(is_part(&seen, &whole), "image {number}: something was invented");
        if let Some((_, kept)) = synced {
            assert!(seen.starts_with(kept), "image {number}: what was synced is lost");
        }
        damaged += usize::from(image != bytes[..length]);
        seen_most = seen_most.max(seen.len());
        if number % 10 == 0 && Recording::open(&path).is_ok() {
            recover(&path, &mended).expect("recovers");
            let (again, told) = read(&mended);
            assert!(!told, "image {number}: the recovered file is not whole");
            let session = |seen: &Seen| -> Seen {
                seen.iter().filter(|(topic, _)| *topic != Topic::Chain).cloned().collect()
            };
            assert_eq!(session(&again), session(&seen), "image {number}");
            std::fs::remove_file(&mended).expect("is there");
        }
    }
    assert!(damaged * 2 > count, "{damaged} of {count} images have a block less");
    assert!(seen_most > 90, "{seen_most}");
    println!("{count} images, {damaged} with blocks missing or torn");
}
