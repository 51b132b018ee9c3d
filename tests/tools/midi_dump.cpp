// Reads paths of MIDI files from standard input and prints amt's results for each on one line, for
// compare_mido.py:
//
//   PATH COMPOUND INTERARRIVAL
//
// COMPOUND is the MD5 of the compound text. INTERARRIVAL is the MD5 of the interarrival tokens and
// the number of truncations, in decimal with single spaces. Both are REJECT for a file that is
// rejected; only one is if the times overflow in the corresponding conversion.
#include <iostream>
#include <string>
#include <vector>

#include "amt/base/files.hpp"
#include "amt/base/hash.hpp"
#include "amt/base/strings.hpp"
#include "amt/midi/compound.hpp"
#include "amt/midi/notes.hpp"
#include "amt/midi/parser.hpp"
#include "src/tokens/interarrival.hpp"

namespace {

std::string md5_of(const std::string& text) {
  return amt::md5_hex(std::as_bytes(std::span(text.data(), text.size())));
}

template <class Text>
std::string md5_or_reject(Text text) {
  try {
    return md5_of(text());
  } catch (const amt::MidiError&) {
    return "REJECT";
  }
}

std::string interarrival_text(const amt::Playback& playback) {
  amt::InterarrivalTokens made;
  made.add(playback.messages);
  std::string text;
  for (const amt::Token token : made.tokens()) text += std::to_string(token) + ' ';
  return text + std::to_string(made.truncations());
}

std::string compound_text_of(const amt::Playback& playback) {
  std::vector<amt::Note> notes;
  amt::notes_of(playback, notes);
  return amt::compound_text(notes);
}

std::string describe(amt::MidiParser& parser, std::span<const std::byte> file) {
  const amt::Playback* playback = nullptr;
  try {
    playback = &parser.parse(file);
  } catch (const amt::MidiError&) {
    return "REJECT REJECT";
  }
  return md5_or_reject([&] { return compound_text_of(*playback); }) + ' ' +
         md5_or_reject([&] { return interarrival_text(*playback); });
}

}  // namespace

int main() {
  try {
    amt::MidiParser parser;
    std::vector<std::byte> buffer;
    for (std::string path; std::getline(std::cin, path);) {
      const std::span<const std::byte> file = amt::read_file(path, buffer);
      std::cout << path << ' ' << describe(parser, file) << '\n';
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "midi_dump: " << error.what() << '\n';
    return 1;
  }
}
