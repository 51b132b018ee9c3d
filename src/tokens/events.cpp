#include "amt/tokens/events.hpp"

#include <algorithm>
#include <array>

namespace amt {
namespace {

constexpr std::size_t kFewestNotes = 100;
constexpr double kShortest = 10 * kTimeResolution;
constexpr double kLongest = 3600 * kTimeResolution;

void find_instruments(std::span<const Note> notes, std::vector<std::uint8_t>& instruments) {
  std::array<bool, kInstruments> seen{};
  instruments.clear();
  for (const Note& note : notes) {
    if (seen[note.instrument]) continue;
    seen[note.instrument] = true;
    instruments.push_back(note.instrument);
  }
}

Token duration_token(double duration) {
  constexpr int kAssumed = kTimeResolution / 4;  // duration of a note without a note-off
  const int ticks = duration == kNeverEnded   ? kAssumed
                    : duration < kMaxDuration ? static_cast<int>(duration)
                                              : kMaxDuration - 1;
  return static_cast<Token>(kDurationOffset + ticks);
}

Event make_event(const Note& note) {
  return {static_cast<std::uint32_t>(note.onset), duration_token(note.duration),
          static_cast<Token>(kNoteOffset + kPitches * note.instrument + note.pitch)};
}

}  // namespace

double Piece::seconds() const {
  const Event& last = events.back();
  const double end = last.time + (last.duration - kDurationOffset);
  return end / kTimeResolution;
}

std::vector<Event> events_of(std::span<const Note> notes) {
  std::vector<Event> events(notes.size());
  std::ranges::transform(notes, events.begin(), make_event);
  return events;
}

FileOutcome make_piece(std::span<const Note> notes, Piece& piece) {
  if (notes.size() < kFewestNotes || notes.back().onset < kShortest) return FileOutcome::kTooShort;
  if (notes.back().onset > kLongest) return FileOutcome::kTooLong;
  find_instruments(notes, piece.instruments);
  if (piece.instruments.size() > kMostInstruments) return FileOutcome::kTooManyInstruments;
  piece.events.resize(notes.size());
  piece.truncations = 0;
  for (std::size_t i = 0; i < notes.size(); ++i) {
    piece.events[i] = make_event(notes[i]);
    piece.truncations += notes[i].duration >= kMaxDuration ? 1 : 0;
  }
  piece.end_time = piece.events.back().time;
  return FileOutcome::kKept;
}

}  // namespace amt
