// The memory of one file while it is parsed and tokenised.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "amt/midi/parser.hpp"
#include "amt/prepare/options.hpp"

namespace amt {

/// The memory that a rank may use for a file in addition to --memory.
inline constexpr std::uint64_t kFileMemory = std::uint64_t{80} << 20;

/// An upper bound of the memory for a file with this size and these messages, including the file.
std::uint64_t memory_of_file(std::uint64_t bytes, const MidiCounts& counts,
                             const PrepareOptions& options);
/// The same for the worst possible contents.
std::uint64_t memory_of_file(std::uint64_t bytes, const PrepareOptions& options);

/// The most memory that a file may need if --memory gives a rank `memory`: half of it, temporarily
/// taken from the rows, plus kFileMemory. Does not depend on how the corpus is packed.
std::uint64_t most_for_a_file(std::uint64_t memory);

/// The reason why a file that needs `bytes` is rejected, including the --memory that would suffice.
std::string too_large_reason(std::uint64_t bytes);
/// The beginning of all of these reasons.
inline constexpr const char* kTooLarge = "needs more memory than --memory allows";

/// Called with the memory in excess of kFileMemory before a file that needs it, and with 0 after
/// the file; must not throw then.
using MakeRoom = std::function<void(std::uint64_t bytes)>;

}  // namespace amt
