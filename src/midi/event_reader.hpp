// Reads messages from the bytes of one track (docs/spec/preprocessing.md 2).
#pragma once

#include <cstdint>

#include "byte_reader.hpp"
#include "message.hpp"

namespace amt {

struct TrackEvent {
  const Byte* delta_at;  ///< position of the delta time in the file
  std::uint64_t delta;   ///< ticks; 2^32 means 2^32 or more
  MessageBody body;
};

struct ReadBody {
  MessageBody body;
  const Byte* at;  ///< one past the event
};

/// Reads a system event (0xF0 to 0xFF). `at` points past the status or, if in `running` status,
/// past the first data byte. `range` is not stored.
ReadBody read_system_event(const ByteRange& range, const Byte* at, Byte status, bool running);

/// Reads the events of one track, one by one. The range must be the complete track: an event that
/// crosses its end is rejected at once.
class EventReader {
 public:
  explicit EventReader(const ByteRange& track) : track_(track), at_(track.begin) {}

  bool done() const { return at_ == track_.end; }

  /// Returns the next event; must not be called if done(). Throws MidiError if the reference
  /// rejects it.
  TrackEvent next();

 private:
  MessageBody channel_message(const Byte*& at);

  ByteRange track_;
  const Byte* at_;
  Byte status_ = 0;  ///< status of the last event other than meta events; 0 at first
};

inline MessageBody EventReader::channel_message(const Byte*& at) {
  const Byte type = status_ >> 4;
  const Byte channel = status_ & 0x0F;
  const Byte first = take_byte(track_, at);
  if (type == 0xC || type == 0xD) {
    if (first > 0x7F) [[unlikely]]
      reject("a data byte over 127", track_.offset(at - 1));
    return type == 0xC ? program_body(channel, first) : make_body(MessageKind::kMark);
  }
  const Byte second = take_byte(track_, at);
  if ((first | second) > 0x7F) [[unlikely]]
    reject("a data byte over 127", track_.offset(at - 2));
  const Byte velocity = type == 0x9 ? second : Byte{0};
  return type <= 0x9 ? note_body(channel, first, velocity) : make_body(MessageKind::kMark);
}

inline TrackEvent EventReader::next() {
  const Byte* at = at_;
  TrackEvent event{at, take_quantity(track_, at), 0};
  const Byte head = take_byte(track_, at);
  const bool running = head < 0x80;
  if (running) {
    if (status_ == 0) [[unlikely]]
      reject("a data byte without a status", track_.offset(at - 1));
  } else if (head != 0xFF) {
    status_ = head;
  }
  if (head == 0xFF || status_ >= 0xF0) [[unlikely]] {
    const ReadBody read = read_system_event(track_, at, head == 0xFF ? head : status_, running);
    event.body = read.body;
    at_ = read.at;
    return event;
  }
  at -= running ? 1 : 0;  // in running status the head is the first data byte
  event.body = channel_message(at);
  at_ = at;
  return event;
}

}  // namespace amt
