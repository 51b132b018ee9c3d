// The preprocessing job: MIDI files in, a shuffled dataset out.
#pragma once

#include <string>

#include "amt/mpi/communicator.hpp"
#include "amt/prepare/options.hpp"

namespace amt {

/// What --dry-run prints: the plan for `ranks` ranks on this machine, after the checks that a job
/// begins with. Writes nothing. Local, without MPI.
std::string describe_preparation(const PrepareOptions& options, int ranks = 1);
/// The same for the ranks of a job. Collective; the same text on all.
std::string describe_preparation(const PrepareOptions& options,
                                 const mpi::Communicator& communicator);

/// Collective. Makes the dataset that the options describe and returns the summary (the same on all
/// ranks). Throws mpi::CollectiveError on all ranks if it cannot: nothing that a reader accepts is
/// left then. With exit code 3 if more files are rejected than allowed: their list is kept beside
/// the dataset's name.
std::string prepare_dataset(const mpi::Communicator& communicator, const PrepareOptions& options);

}  // namespace amt
