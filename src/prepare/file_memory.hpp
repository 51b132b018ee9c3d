// The memory of one file while it is parsed and tokenised.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "amt/midi/parser.hpp"
#include "amt/prepare/options.hpp"

namespace amt {

/// A rank may hold so much for a file beside its --memory.
inline constexpr std::uint64_t kFileMemory = std::uint64_t{80} << 20;

/// Upper bound of the memory for a file of this size and these messages, the file included.
std::uint64_t memory_of_file(std::uint64_t bytes, const MidiCounts& counts,
                             const PrepareOptions& options);
/// The same for the worst contents.
std::uint64_t memory_of_file(std::uint64_t bytes, const PrepareOptions& options);

/// The most that a file may need if `memory` is what --memory gives a rank: half of it, taken from
/// the rows for that time, and kFileMemory. It does not depend on how the corpus is packed.
std::uint64_t most_for_a_file(std::uint64_t memory);

/// Why a file that needs `bytes` is rejected; it says what --memory would do.
std::string too_large_reason(std::uint64_t bytes);
/// What all of those reasons begin with.
inline constexpr const char* kTooLarge = "needs more memory than --memory allows";

/// Called before a file that needs more than kFileMemory, with what it needs beyond that, and with
/// 0 after it, when it must not throw.
using MakeRoom = std::function<void(std::uint64_t bytes)>;

}  // namespace amt
