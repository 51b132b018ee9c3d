// A libFuzzer target that passes arbitrary bytes through parser, note pairing, filter, tokeniser
// and packer, in both encodings. Finds sanitizer errors and violations of the documented contracts.
#include <vector>

#include "amt/midi/notes.hpp"
#include "amt/midi/parser.hpp"
#include "amt/tokens/unit_tokenizer.hpp"
#include "fuzz_support.hpp"

namespace amt {
namespace {

void check_row(const Row& row, const Encoding& encoding) {
  for (const Token token : row) require(token < encoding.vocabulary, "tokens must be in range");
  if (&encoding == &kArrival) {
    require(row[0] == kAutoregress || row[0] == kAnticipate, "a row must begin with its flag");
  }
}

/// Tokenises the file twice, because the second time the buffers contain leftovers of the first.
void tokenise(const Playback& playback, const Encoding& encoding, int augment) {
  UnitTokenizer tokenizer(encoding, augment, [&](const Row& row) { check_row(row, encoding); });
  for (int i = 0; i < 2; ++i) tokenizer.add(playback);
}

void run(std::span<const std::byte> file) {
  static MidiParser parser;  // kept, to detect state that one input leaves for the next
  try {
    const Playback& playback = parser.parse(file);
    std::vector<Note> notes;
    notes_of(playback, notes);
    double onset = 0;
    for (const Note& note : notes) {
      require(note.onset >= onset, "notes must be in order of onset");
      onset = note.onset;
      require(note.pitch < kPitches && note.instrument < kInstruments && note.velocity > 0,
              "notes must be in range");
    }
    tokenise(playback, kArrival, 10);
    tokenise(playback, kInterarrival, 1);
  } catch (const MidiError&) {
    // Rejected, like most inputs.
  }
}

}  // namespace
}  // namespace amt

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  amt::run(std::as_bytes(std::span(data, size)));
  return 0;
}
