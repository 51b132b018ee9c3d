// Lists a corpus, sharing the work among the ranks.
#pragma once

#include <cstdint>

#include "amt/corpus/corpus.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/prepare/options.hpp"

namespace amt {

/// Collective. Rank 0 lists the folder or archive, all ranks hash their part, and all return the
/// same corpus. Rejects files that are larger than `most` bytes, the memory that a file may need.
Corpus list_corpus(const mpi::Communicator& communicator, const PrepareOptions& options,
                   std::uint64_t most);

/// As above, but in a single process, without MPI.
Corpus list_corpus(const PrepareOptions& options, std::uint64_t most);

}  // namespace amt
