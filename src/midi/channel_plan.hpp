// Assigns notes to the 16 channels when a MIDI file is written.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "amt/midi/note.hpp"

namespace amt {

/// A message of a channel at one tick. `order` sorts the messages within the tick: ends of earlier
/// notes, then beginnings of notes with their program changes, then ends of notes of zero length.
struct ChannelMessage {
  std::uint32_t tick;
  std::uint64_t order;
  std::array<std::uint8_t, 3> bytes;
  std::uint8_t size;
};

class ChannelPlan {
 public:
  static constexpr int kChannels = 16;

  /// Takes notes in order of onset, as write_midi() does.
  explicit ChannelPlan(std::span<const Note> notes);

  /// Returns the channel's messages in writing order.
  const std::vector<ChannelMessage>& messages(int channel) const { return messages_[channel]; }
  std::uint64_t altered() const { return altered_; }

 private:
  struct Placed {
    Note note;
    std::uint64_t number;  // the note's position among all notes
    double end;            // ticks
    bool cut = false;      // ended by note number cut_by
    std::uint64_t cut_by = 0;
  };
  struct Channel {
    int program = -1;
    double silent_from = 0;              // ticks
    std::array<double, 128> last_end{};  // ticks, for each pitch
    std::vector<Placed> notes;
  };

  void place(const Note& note, std::uint64_t number);
  int choose(const Note& note) const;
  int choose_melodic(const Note& note) const;
  void change_program(int channel, const Note& note, std::uint64_t number);
  void cut_sounding(Channel& channel, const Note& thief, std::uint64_t number);
  void write_notes(int channel);

  std::array<Channel, kChannels> channels_;
  std::array<std::vector<ChannelMessage>, kChannels> messages_;
  std::uint64_t altered_ = 0;
};

}  // namespace amt
