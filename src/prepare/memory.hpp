// Divides a rank's memory between rows and files.
#pragma once

#include <cstdint>

#include "amt/corpus/source.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/prepare/options.hpp"

namespace amt {

/// Sizes in bytes.
struct MemoryShares {
  std::uint64_t rows = 0;   ///< memory for rows until they are written
  std::uint64_t files = 0;  ///< memory for files of a packed archive, unpacked in batches
  std::uint64_t all() const { return rows + files; }
};

/// Returns --memory, or its default, for one of `ranks_on_host` ranks. If the corpus is a packed
/// archive, half of it is for files: with less, the archive would be unpacked more often; with
/// more, more rows would go through spill files. Otherwise all of it is for rows, because files are
/// held one at a time.
MemoryShares share_memory(const PrepareOptions& options, const Source& source, int ranks_on_host);

/// Collective. Returns the smallest most_for_a_file() of all ranks. Because all ranks use it,
/// whether a file is rejected does not depend on the rank that reads it.
std::uint64_t agree_on_a_file(const mpi::Communicator& communicator, const PrepareOptions& options);

}  // namespace amt
