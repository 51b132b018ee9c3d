// Converts ordered messages to note messages, applying the channels' programs and the clock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "amt/midi/playback.hpp"
#include "clock.hpp"
#include "message.hpp"

namespace amt {

/// Plays merged messages. take() must be called at least once every kRoom messages.
class Player {
 public:
  static constexpr std::size_t kRoom = 4096;  ///< messages; small enough for the CPU's cache

  /// `room` must hold kRoom + 1 messages: every message is written there, and only notes advance
  /// the end, which avoids a branch.
  Player(int division, NoteMessage* room) : clock_(division), room_(room), out_(room) {
    instrument_[kDrumChannel] = kDrumInstrument;
  }

  /// Returns the notes since the last call, valid until the next play().
  std::span<const NoteMessage> take() {
    const std::span<const NoteMessage> notes(room_, out_ - room_);
    out_ = room_;
    return notes;
  }

  /// Plays a message `ticks` after the previous one. Must not be called for kEndOfTrack.
  void play(double ticks, MessageBody body) {
    clock_.advance(ticks);
    const MessageKind kind = kind_of(body);
    if (kind == MessageKind::kProgram) {
      set_program(body);
    } else if (kind == MessageKind::kTempo) {
      clock_.set_tempo(tempo_of(body));
    } else {
      put_note(body, kind == MessageKind::kNote);
    }
  }

  /// Handles the final end of track, whose ticks have no effect but may be invalid.
  void finish(double ticks) { clock_.advance(ticks); }

 private:
  static constexpr std::size_t kDrumChannel = 9;
  static constexpr std::uint8_t kDrumInstrument = 128;

  void set_program(MessageBody body) {
    if (channel_of(body) != kDrumChannel) instrument_[channel_of(body)] = program_of(body);
  }
  void put_note(MessageBody body, bool is_note) {
    const std::uint8_t channel = channel_of(body);
    *out_ = {clock_.time(),     clock_.wait(), pitch_of(body),
             velocity_of(body), channel,       instrument_[channel]};
    out_ += is_note ? 1 : 0;
    clock_.restart_wait(is_note);
  }

  Clock clock_;
  std::array<std::uint8_t, 16> instrument_{};
  NoteMessage* room_;
  NoteMessage* out_;
};

}  // namespace amt
