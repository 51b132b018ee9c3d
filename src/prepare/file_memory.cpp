#include "file_memory.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "amt/base/strings.hpp"
#include "amt/tokens/events.hpp"

namespace amt {
namespace {

// Bytes for each, from the structures in midi/ and tokens/.
constexpr std::uint64_t kMessage = 8;                      // Message; in several tracks twice
constexpr std::uint64_t kNote = 24 + 4;                    // Note and its place in NotePairing
constexpr std::uint64_t kEvent = sizeof(Event);            // of a piece
constexpr std::uint64_t kLine = 96;                        // --compound's text while it grows
constexpr std::uint64_t kMargin = std::uint64_t{1} << 20;  // rests of an hour, tracks, rounding

}  // namespace

std::uint64_t memory_of_file(std::uint64_t bytes, const MidiCounts& counts,
                             const PrepareOptions& options) {
  const std::uint64_t messages = kMessage * counts.messages * (counts.tracks > 1 ? 2 : 1);
  const std::uint64_t notes = kNote * counts.note_ons;
  // One after the other: messages become notes, these text, then a piece, and that rows.
  std::uint64_t most = std::max(messages + notes, notes + kEvent * counts.note_ons);
  if (!options.compound.empty()) most = std::max(most, notes + kLine * counts.note_ons);
  const Encoding& encoding = options.encoding();
  most = std::max(most, encoding.bytes_per_note * counts.note_ons);
  return bytes + kMargin + most + encoding.bytes_per_message * counts.notes;
}

std::uint64_t memory_of_file(std::uint64_t bytes, const PrepareOptions& options) {
  // A message takes two bytes at least, a note's three.
  return memory_of_file(bytes, {2, bytes / 2, bytes / 3, bytes / 3}, options);
}

std::uint64_t most_for_a_file(std::uint64_t memory) { return kFileMemory + memory / 2; }

std::string too_large_reason(std::uint64_t bytes) {
  const std::uint64_t memory = 2 * (bytes - kFileMemory);
  return fmt::format("{} (about {}: give --memory {}MB)", kTooLarge, format_bytes(bytes),
                     memory / (1 << 20) + 1);
}

}  // namespace amt
