// Describes what a preprocessing job would do.
#include <fmt/core.h>

#include "amt/base/strings.hpp"
#include "amt/mpi/run_on_all.hpp"
#include "amt/prepare/job.hpp"
#include "amt/process/log.hpp"
#include "empty_splits.hpp"
#include "file_memory.hpp"
#include "listing.hpp"
#include "memory.hpp"
#include "output_check.hpp"
#include "plan.hpp"

namespace amt {
namespace {

/// Local.
std::string plan_text(const Plan& plan, const PrepareOptions& options, int ranks,
                      int ranks_on_host) {
  std::string text = fmt::format("{}  on {}\n", plan.describe(), counted(ranks, "rank"));
  const Source& source = plan.corpus().source;
  if (is_packed(source.kind)) {
    const std::uint64_t memory = share_memory(options, source, ranks_on_host).files;
    text += fmt::format("  {} unpacks the archive {} more, holding up to {} of its files\n",
                        ranks == 1 ? "one rank" : "rank 0",
                        counted(count_passes(plan.reading_order(0), memory), "time"),
                        format_bytes(memory));
  }
  return text;
}

/// Local.
void warn_of_empty_splits(const Plan& plan, const PrepareOptions& options) {
  const std::string empty = empty_splits_text(plan.corpus(), options.splits);
  if (!empty.empty()) log_warning(empty);
}

}  // namespace

std::string describe_preparation(const PrepareOptions& options, int ranks) {
  check_output(options);
  const std::uint64_t most = most_for_a_file(share_memory(options, {}, ranks).all());
  const Plan plan(list_corpus(options, most), options, ranks);
  warn_of_empty_splits(plan, options);
  return plan_text(plan, options, ranks, ranks);
}

std::string describe_preparation(const PrepareOptions& options,
                                 const mpi::Communicator& communicator) {
  const bool leads = communicator.rank() == 0;
  mpi::run_on_all(communicator, [&] {
    if (leads) check_output(options);
  });
  const std::uint64_t most = agree_on_a_file(communicator, options);
  const Plan plan(list_corpus(communicator, options, most), options, communicator.size());
  if (leads) warn_of_empty_splits(plan, options);
  return plan_text(plan, options, communicator.size(), communicator.ranks_on_host());
}

}  // namespace amt
