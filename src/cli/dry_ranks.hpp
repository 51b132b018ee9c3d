// The --ranks option of a dry run: the number of ranks to plan for.
#pragma once

#include <cstdint>
#include <optional>

namespace amt {

constexpr const char* kDryRanksHelp =
    "with --dry-run and without mpirun: plan for X ranks on this machine";

/// Returns whether a launcher has started, or may have started, other ranks besides this one; their
/// number then comes from MPI.
bool launched_with_others();

/// Returns the number of ranks to plan for: `asked` if given, else the number that the launcher has
/// started. Throws UsageError if --ranks was given without --dry-run, is out of range, or differs
/// from the number of ranks that were started.
int dry_run_ranks(bool is_dry_run, std::optional<std::uint64_t> asked);

}  // namespace amt
