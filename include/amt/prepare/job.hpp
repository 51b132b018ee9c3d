// The preprocessing job: turns MIDI files into a shuffled dataset.
#pragma once

#include <string>

#include "amt/mpi/communicator.hpp"
#include "amt/prepare/options.hpp"

namespace amt {

/// Returns the output of --dry-run: the plan for `ranks` ranks on this machine, after the checks
/// that every job begins with. Writes nothing. Local, without MPI.
std::string describe_preparation(const PrepareOptions& options, int ranks = 1);
/// As above, for the ranks of a job. Collective; returns the same text on all ranks.
std::string describe_preparation(const PrepareOptions& options,
                                 const mpi::Communicator& communicator);

/// Collective. Creates the dataset that the options describe and returns the summary (the same on
/// all ranks). On failure, throws mpi::CollectiveError on all ranks and leaves nothing that a
/// reader would accept. The exit code is 3 if more files are rejected than allowed; the list of
/// rejected files is then kept beside the dataset's path.
std::string prepare_dataset(const mpi::Communicator& communicator, const PrepareOptions& options);

}  // namespace amt
