// What must be equal on all ranks before they work together.
#pragma once

#include <span>
#include <string>

#include "amt/mpi/communicator.hpp"

namespace amt::mpi {

struct SharedFact {
  std::string name;    ///< "version of amt"
  std::string value;   ///< one line, or several: the first that differs is shown
  std::string remedy;  ///< "install the same on every node"
};

/// Collective. Where a fact's values differ, all ranks throw a CollectiveError (ExitCode::kUsage)
/// that names the lowest rank whose value is not the most common one, and its host. Costs a gather
/// of 8 bytes per fact and rank.
void require_equal(const Communicator& communicator, std::span<const SharedFact> facts);

}  // namespace amt::mpi
