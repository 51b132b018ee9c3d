// Checks that all ranks read the same dataset.
#pragma once

#include "amt/dataset/manifest.hpp"
#include "amt/mpi/communicator.hpp"

namespace amt {

/// Collective. Throws a CollectiveError naming the rank whose node has a different dataset at the
/// same path, such as a stale copy on a local disk.
void require_same_dataset(const Manifest& manifest, const mpi::Communicator& world);

}  // namespace amt
