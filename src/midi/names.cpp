#include "amt/midi/names.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"

namespace amt {
namespace {

// General MIDI 1 sound set, 16 families of 8; the last entry is channel 10.
constexpr std::array<const char*, 129> kInstruments = {"Acoustic Grand Piano",
                                                       "Bright Acoustic Piano",
                                                       "Electric Grand Piano",
                                                       "Honky-tonk Piano",
                                                       "Electric Piano 1",
                                                       "Electric Piano 2",
                                                       "Harpsichord",
                                                       "Clavinet",
                                                       "Celesta",
                                                       "Glockenspiel",
                                                       "Music Box",
                                                       "Vibraphone",
                                                       "Marimba",
                                                       "Xylophone",
                                                       "Tubular Bells",
                                                       "Dulcimer",
                                                       "Drawbar Organ",
                                                       "Percussive Organ",
                                                       "Rock Organ",
                                                       "Church Organ",
                                                       "Reed Organ",
                                                       "Accordion",
                                                       "Harmonica",
                                                       "Tango Accordion",
                                                       "Acoustic Guitar (nylon)",
                                                       "Acoustic Guitar (steel)",
                                                       "Electric Guitar (jazz)",
                                                       "Electric Guitar (clean)",
                                                       "Electric Guitar (muted)",
                                                       "Overdriven Guitar",
                                                       "Distortion Guitar",
                                                       "Guitar Harmonics",
                                                       "Acoustic Bass",
                                                       "Electric Bass (finger)",
                                                       "Electric Bass (pick)",
                                                       "Fretless Bass",
                                                       "Slap Bass 1",
                                                       "Slap Bass 2",
                                                       "Synth Bass 1",
                                                       "Synth Bass 2",
                                                       "Violin",
                                                       "Viola",
                                                       "Cello",
                                                       "Contrabass",
                                                       "Tremolo Strings",
                                                       "Pizzicato Strings",
                                                       "Orchestral Harp",
                                                       "Timpani",
                                                       "String Ensemble 1",
                                                       "String Ensemble 2",
                                                       "Synth Strings 1",
                                                       "Synth Strings 2",
                                                       "Choir Aahs",
                                                       "Voice Oohs",
                                                       "Synth Voice",
                                                       "Orchestra Hit",
                                                       "Trumpet",
                                                       "Trombone",
                                                       "Tuba",
                                                       "Muted Trumpet",
                                                       "French Horn",
                                                       "Brass Section",
                                                       "Synth Brass 1",
                                                       "Synth Brass 2",
                                                       "Soprano Sax",
                                                       "Alto Sax",
                                                       "Tenor Sax",
                                                       "Baritone Sax",
                                                       "Oboe",
                                                       "English Horn",
                                                       "Bassoon",
                                                       "Clarinet",
                                                       "Piccolo",
                                                       "Flute",
                                                       "Recorder",
                                                       "Pan Flute",
                                                       "Blown Bottle",
                                                       "Shakuhachi",
                                                       "Whistle",
                                                       "Ocarina",
                                                       "Lead 1 (square)",
                                                       "Lead 2 (sawtooth)",
                                                       "Lead 3 (calliope)",
                                                       "Lead 4 (chiff)",
                                                       "Lead 5 (charang)",
                                                       "Lead 6 (voice)",
                                                       "Lead 7 (fifths)",
                                                       "Lead 8 (bass + lead)",
                                                       "Pad 1 (new age)",
                                                       "Pad 2 (warm)",
                                                       "Pad 3 (polysynth)",
                                                       "Pad 4 (choir)",
                                                       "Pad 5 (bowed)",
                                                       "Pad 6 (metallic)",
                                                       "Pad 7 (halo)",
                                                       "Pad 8 (sweep)",
                                                       "FX 1 (rain)",
                                                       "FX 2 (soundtrack)",
                                                       "FX 3 (crystal)",
                                                       "FX 4 (atmosphere)",
                                                       "FX 5 (brightness)",
                                                       "FX 6 (goblins)",
                                                       "FX 7 (echoes)",
                                                       "FX 8 (sci-fi)",
                                                       "Sitar",
                                                       "Banjo",
                                                       "Shamisen",
                                                       "Koto",
                                                       "Kalimba",
                                                       "Bagpipe",
                                                       "Fiddle",
                                                       "Shanai",
                                                       "Tinkle Bell",
                                                       "Agogo",
                                                       "Steel Drums",
                                                       "Woodblock",
                                                       "Taiko Drum",
                                                       "Melodic Tom",
                                                       "Synth Drum",
                                                       "Reverse Cymbal",
                                                       "Guitar Fret Noise",
                                                       "Breath Noise",
                                                       "Seashore",
                                                       "Bird Tweet",
                                                       "Telephone Ring",
                                                       "Helicopter",
                                                       "Applause",
                                                       "Gunshot",
                                                       "Drums"};

constexpr std::array<const char*, 12> kPitchClasses = {"C",  "C#", "D",  "D#", "E",  "F",
                                                       "F#", "G",  "G#", "A",  "A#", "B"};

}  // namespace

const char* instrument_name(int instrument) {
  if (instrument < 0 || std::cmp_greater_equal(instrument, kInstruments.size())) {
    throw Error(fmt::format("instrument {} is not from 0 to 128", instrument));
  }
  return kInstruments[instrument];
}

int instrument_from(const std::string& word) {
  int number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  const bool is_number = error == std::errc() && end == word.data() + word.size();
  if (is_number && number >= 0 && number < 128) return number;
  std::vector<std::string> names;
  for (const char* name : kInstruments) names.push_back(lower_case(name));
  const auto found = std::ranges::find(names, lower_case(word));
  if (found != names.end()) return static_cast<int>(found - names.begin());
  const std::string close = nearest(lower_case(word), names);
  throw UsageError(fmt::format(
      "there is no instrument '{}'{}; use a General MIDI name, a number from 0 to 127, or drums",
      word, close.empty() ? "" : fmt::format(" (did you mean '{}'?)", close)));
}

std::string pitch_name(int pitch) {
  if (pitch < 0 || pitch > 127) throw Error(fmt::format("pitch {} is not from 0 to 127", pitch));
  return kPitchClasses[pitch % 12] + std::to_string(pitch / 12 - 1);
}

}  // namespace amt
