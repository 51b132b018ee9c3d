#include "amt/dataset/same_dataset.hpp"

#include "amt/base/hash.hpp"
#include "amt/mpi/agreement.hpp"

namespace amt {

void require_same_dataset(const Manifest& manifest, const mpi::Communicator& world) {
  const mpi::SharedFact digest = {"dataset", hex64(manifest.digest()),
                                  "give every node the same dataset"};
  mpi::require_equal(world, std::span(&digest, 1));
}

}  // namespace amt
