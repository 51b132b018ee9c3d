// Checks facts that must be the same on all ranks before they work together.
#pragma once

#include <span>
#include <string>

#include "amt/mpi/communicator.hpp"

namespace amt::mpi {

struct SharedFact {
  std::string name;    ///< "version of amt"
  std::string value;   ///< one or more lines; errors show the first that differs
  std::string remedy;  ///< "install the same on every node"
};

/// Collective. If the values of a fact differ, all ranks throw a CollectiveError (ExitCode::kUsage)
/// that names the lowest rank with an uncommon value and its host. Costs a gather of 8 bytes per
/// fact and rank.
void require_equal(const Communicator& communicator, std::span<const SharedFact> facts);

}  // namespace amt::mpi
