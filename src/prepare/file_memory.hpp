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

/// Returns an upper bound on the memory for a file with this size and these messages, including the
/// file itself.
std::uint64_t memory_of_file(std::uint64_t bytes, const MidiCounts& counts,
                             const PrepareOptions& options);
/// As above, for the worst possible contents.
std::uint64_t memory_of_file(std::uint64_t bytes, const PrepareOptions& options);

/// Returns the most memory that a file may need if --memory gives a rank `memory`: half of it,
/// temporarily taken from the rows, plus kFileMemory. Does not depend on how the corpus is packed.
std::uint64_t most_for_a_file(std::uint64_t memory);

/// Returns the reason why a file that needs `bytes` is rejected, including the --memory that would
/// suffice.
std::string too_large_reason(std::uint64_t bytes);
/// All of these reasons begin with this text.
inline constexpr const char* kTooLarge = "needs more memory than --memory allows";

/// Called before a file that needs more than kFileMemory with the memory in excess of it, and with
/// 0 after the file, when it must not throw.
using MakeRoom = std::function<void(std::uint64_t bytes)>;

}  // namespace amt
