// A MIDI event between reading and playback, in eight bytes.
#pragma once

#include <cstdint>

namespace amt {

enum class MessageKind : std::uint32_t {
  kNote,        ///< note-on; a note-off is stored as velocity 0
  kMark,        ///< any other; kept because times are summed message by message (spec 4.4)
  kEndOfTrack,  ///< not played, but its ticks count (spec 4.2)
  kProgram,
  kTempo,
};

/// The kind is in the upper 8 bits, its payload in the lower 24.
using MessageBody = std::uint32_t;

struct Message {
  std::uint32_t tick;  ///< from the start of the piece
  MessageBody body;
};

constexpr MessageBody make_body(MessageKind kind, std::uint32_t content = 0) {
  return static_cast<std::uint32_t>(kind) << 24 | content;
}
constexpr MessageBody note_body(std::uint32_t channel, std::uint32_t pitch,
                                std::uint32_t velocity) {
  return make_body(MessageKind::kNote, channel << 16 | pitch << 8 | velocity);
}
constexpr MessageBody program_body(std::uint32_t channel, std::uint32_t program) {
  return make_body(MessageKind::kProgram, channel << 16 | program);
}
constexpr MessageBody tempo_body(std::uint32_t microseconds_per_beat) {
  return make_body(MessageKind::kTempo, microseconds_per_beat);
}

constexpr MessageKind kind_of(MessageBody body) { return static_cast<MessageKind>(body >> 24); }
constexpr std::uint8_t channel_of(MessageBody body) { return body >> 16 & 0xF; }
constexpr std::uint8_t pitch_of(MessageBody body) { return body >> 8 & 0x7F; }
constexpr std::uint8_t velocity_of(MessageBody body) { return body & 0x7F; }
constexpr std::uint8_t program_of(MessageBody body) { return body & 0x7F; }
constexpr std::uint32_t tempo_of(MessageBody body) { return body & 0xFFFFFF; }

}  // namespace amt
