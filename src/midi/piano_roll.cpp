#include "amt/midi/piano_roll.hpp"

#include <algorithm>
#include <utility>

#include "amt/midi/names.hpp"

namespace amt {
namespace {

constexpr double kTicksPerSecond = 100;
constexpr int kDrums = 128;

}  // namespace

PianoRoll piano_roll_of(std::span<const Note> notes, std::string title) {
  PianoRoll roll;
  roll.title = std::move(title);
  for (const Note& note : notes) {
    const char* name = instrument_name(note.instrument);
    auto voice = std::ranges::find(roll.voices, name, &PianoRoll::Voice::name);
    if (voice == roll.voices.end()) {
      voice = roll.voices.insert(voice, {name, {}, note.instrument != kDrums});
    }
    voice->bars.push_back({note.onset / kTicksPerSecond,
                           std::max(0.0, note.duration) / kTicksPerSecond, int{note.pitch}});
  }
  return roll;
}

}  // namespace amt
