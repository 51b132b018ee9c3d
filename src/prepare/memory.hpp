// Divides a rank's memory between rows and files.
#pragma once

#include <cstdint>

#include "amt/corpus/source.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/prepare/options.hpp"

namespace amt {

/// In bytes.
struct MemoryShares {
  std::uint64_t rows = 0;   ///< for rows until they are written
  std::uint64_t files = 0;  ///< for files of a packed archive, which must be unpacked in batches
  std::uint64_t all() const { return rows + files; }
};

/// --memory, or its default, for one of `ranks_on_host` ranks. Half of it is for files if the
/// corpus is a packed archive: with less, it would be unpacked more often; with more, more rows
/// would go through spill files. All of it is for rows otherwise: other files are held one at a
/// time.
MemoryShares share_memory(const PrepareOptions& options, const Source& source, int ranks_on_host);

/// Collective. What a file may need, most_for_a_file, on the rank that has the least memory: which
/// files are rejected does not depend on who reads them.
std::uint64_t agree_on_a_file(const mpi::Communicator& communicator, const PrepareOptions& options);

}  // namespace amt
