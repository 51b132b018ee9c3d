#include "channel_plan.hpp"

#include <algorithm>

namespace amt {
namespace {

constexpr int kDrumChannel = 9;
constexpr std::uint8_t kDrumInstrument = 128;
constexpr std::uint8_t kNoteOff = 0x80, kNoteOn = 0x90, kProgramChange = 0xC0;

// The order within a tick: by phase, then by the note's number, then by step.
enum Phase : std::uint64_t { kEnds = 0, kBegins = 1, kEmptyEnds = 2 };
enum Step : std::uint64_t { kCut = 0, kProgram = 1, kOn = 2 };

std::uint64_t order_of(Phase phase, std::uint64_t number, Step step) {
  return phase << 62 | number << 2 | step;
}

std::uint8_t status(int kind, int channel) { return static_cast<std::uint8_t>(kind | channel); }

std::uint32_t tick_of(double time) { return static_cast<std::uint32_t>(time); }

}  // namespace

ChannelPlan::ChannelPlan(std::span<const Note> notes) {
  for (std::uint64_t number = 0; number < notes.size(); ++number) place(notes[number], number);
  for (int channel = 0; channel < kChannels; ++channel) write_notes(channel);
}

void ChannelPlan::place(const Note& note, std::uint64_t number) {
  const int index = choose(note);
  Channel& channel = channels_[index];
  if (note.instrument != kDrumInstrument && channel.program != note.instrument) {
    change_program(index, note, number);
  }
  const double end = note.onset + note.duration;
  double& last_end = channel.last_end[note.pitch];
  altered_ += end < last_end ? 1 : 0;  // a reader swaps the ends of the two notes
  last_end = std::max(last_end, end);
  channel.silent_from = std::max(channel.silent_from, end);
  channel.notes.push_back({note, number, end});
}

int ChannelPlan::choose(const Note& note) const {
  return note.instrument == kDrumInstrument ? kDrumChannel : choose_melodic(note);
}

/// Chooses, in order of preference: a channel with the program where no note of this pitch ends
/// later; the channel that has been silent longest; any channel with the program; the channel that
/// falls silent first.
int ChannelPlan::choose_melodic(const Note& note) const {
  const auto cost = [&](int index) {
    const Channel& channel = channels_[index];
    const bool fits = channel.last_end[note.pitch] <= note.onset + note.duration;
    const bool same = channel.program == note.instrument;
    const int rank = same && fits ? 0 : channel.silent_from <= note.onset ? 1 : same ? 2 : 3;
    return std::pair(rank, channel.silent_from);
  };
  int best = 0;
  for (int index = 1; index < kChannels; ++index) {
    if (index != kDrumChannel && cost(index) < cost(best)) best = index;
  }
  return best;
}

void ChannelPlan::change_program(int index, const Note& note, std::uint64_t number) {
  Channel& channel = channels_[index];
  cut_sounding(channel, note, number);
  channel.program = note.instrument;
  messages_[index].push_back({tick_of(note.onset),
                              order_of(kBegins, number, kProgram),
                              {status(kProgramChange, index), note.instrument, 0},
                              2});
}

/// Ends the sounding notes: after the program change, their note-offs would not match them.
void ChannelPlan::cut_sounding(Channel& channel, const Note& thief, std::uint64_t number) {
  for (Placed& placed : channel.notes) {
    const bool sounds = placed.end > thief.onset || placed.note.onset == thief.onset;
    if (!sounds || placed.cut) continue;
    altered_ += placed.end > thief.onset ? 1 : 0;
    placed.cut = true;
    placed.cut_by = number;
    placed.end = thief.onset;
  }
  channel.last_end.fill(0);
}

void ChannelPlan::write_notes(int index) {
  std::vector<ChannelMessage>& out = messages_[index];
  for (const Placed& placed : channels_[index].notes) {
    const Note& note = placed.note;
    out.push_back({tick_of(note.onset),
                   order_of(kBegins, placed.number, kOn),
                   {status(kNoteOn, index), note.pitch, note.velocity},
                   3});
    const bool empty = placed.end == note.onset;
    const std::uint64_t order = placed.cut
                                    ? order_of(kBegins, placed.cut_by, kCut)
                                    : order_of(empty ? kEmptyEnds : kEnds, placed.number, kOn);
    out.push_back({tick_of(placed.end), order, {status(kNoteOff, index), note.pitch, 0}, 3});
  }
  std::ranges::sort(out, {}, [](const ChannelMessage& m) { return std::pair(m.tick, m.order); });
}

}  // namespace amt
