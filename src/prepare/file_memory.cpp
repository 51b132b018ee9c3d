#include "amt/prepare/file_memory.hpp"

#include "amt/base/strings.hpp"

namespace amt {
namespace {

// Bytes for each, from the structures in midi/ and tokens/.
constexpr std::uint64_t kMessage = 8, kNoteMessage = 24;  // Message, NoteMessage
constexpr std::uint64_t kNote = 24 + 16;                  // Note and its place in NotePairing
constexpr std::uint64_t kEvents = 5 * 8;      // Event: piece, two parts, padded, triples
constexpr std::uint64_t kTokens = 2 * 2 * 2;  // a message's, and again in the packer
constexpr std::uint64_t kCompound = 24 + 64;  // Note, and a line of text
constexpr std::uint64_t kMargin = std::uint64_t{1} << 20;  // rests of an hour, tracks, rounding

}  // namespace

std::uint64_t memory_of_file(std::uint64_t bytes, const MidiCounts& counts,
                             const PrepareOptions& options) {
  std::uint64_t need = bytes + kMargin + kMessage * counts.messages * (counts.tracks > 1 ? 2 : 1) +
                       kNoteMessage * counts.notes + kNote * counts.note_ons;
  need += options.interarrival ? kTokens * counts.notes : kEvents * counts.note_ons;
  return need + (options.compound.empty() ? 0 : kCompound * counts.note_ons);
}

std::uint64_t memory_of_file(std::uint64_t bytes, const PrepareOptions& options) {
  // A message takes two bytes at least, a note's three.
  return memory_of_file(bytes, {2, bytes / 2, bytes / 3, bytes / 3}, options);
}

std::uint64_t most_for_a_file(std::uint64_t memory) { return kFileMemory + memory / 2; }

std::string too_large_reason(std::uint64_t bytes) {
  const std::uint64_t memory = 2 * (bytes - kFileMemory);
  return str_cat(kTooLarge, " (about ", format_bytes(static_cast<double>(bytes)),
                 ": give --memory ", memory / (1 << 20) + 1, "MB)");
}

}  // namespace amt
