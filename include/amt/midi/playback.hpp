// A MIDI file in the order in which it is played.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace amt {

/// A note-on or note-off message.
struct NoteMessage {
  double time;            ///< seconds from the start, not rounded
  double wait;            ///< seconds since the note message before it, summed message by message:
                          ///< not the difference of the times, whose last bits differ
  std::uint8_t pitch;     ///< 0..127
  std::uint8_t velocity;  ///< 1..127 starts a note, 0 ends one
  std::uint8_t channel;   ///< 0..15
  std::uint8_t instrument;  ///< the channel's program at this moment, 0..127; 128 on channel 9
};

/// Takes a file's note messages in the order in which they are played, some at a time.
using NoteMessageSink = std::function<void(std::span<const NoteMessage> messages)>;

/// All tracks merged. Other messages are gone: their effect is in the times and instruments.
struct Playback {
  std::vector<NoteMessage> messages;
};

}  // namespace amt
