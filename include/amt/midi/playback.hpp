// A MIDI file in the order in which it is played.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace amt {

/// A note-on or note-off message.
struct NoteMessage {
  double time;  ///< seconds from the start, not rounded
  double wait;  ///< seconds since the previous note message, summed message by message;
  ///< differs from the difference of the times in the last bits
  std::uint8_t pitch;       ///< 0..127
  std::uint8_t velocity;    ///< 1..127 starts a note, 0 ends one
  std::uint8_t channel;     ///< 0..15
  std::uint8_t instrument;  ///< the channel's current program, 0..127; 128 on channel 9
};

/// Receives a file's note messages in playing order, in batches.
using NoteMessageSink = std::function<void(std::span<const NoteMessage> messages)>;

/// The note messages of all tracks, merged. Other messages are not kept, because the times and
/// instruments already include their effects.
struct Playback {
  std::vector<NoteMessage> messages;
};

}  // namespace amt
