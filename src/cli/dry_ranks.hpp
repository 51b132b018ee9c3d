// --ranks of a dry run: for how many ranks it plans.
#pragma once

#include <cstdint>
#include <optional>

namespace amt {

constexpr const char* kDryRanksHelp =
    "with --dry-run, without mpirun: plan for X ranks on this machine";

/// True if a launcher has started other ranks beside this one: then MPI says how many.
bool launched_with_others();

/// The ranks that a dry run plans for: those that a launcher has started, else as many as `asked`,
/// else one. UsageError if --ranks was given with anything but a dry run, with another number than
/// was started, or with one that cannot be.
int dry_run_ranks(bool is_dry_run, std::optional<std::uint64_t> asked);

}  // namespace amt
