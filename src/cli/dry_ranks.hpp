// The option --ranks of a dry run: the number of ranks that it plans for.
#pragma once

#include <cstdint>
#include <optional>

namespace amt {

constexpr const char* kDryRanksHelp =
    "with --dry-run and without mpirun: plan for X ranks on this machine";

/// Returns true if a launcher has started other ranks besides this one; MPI then knows their
/// number.
bool launched_with_others();

/// Returns the number of ranks that a dry run plans for: as many as a launcher has started, else
/// `asked`, else one. UsageError if --ranks was given without --dry-run, is out of range, or
/// differs from the number of ranks that were started.
int dry_run_ranks(bool is_dry_run, std::optional<std::uint64_t> asked);

}  // namespace amt
