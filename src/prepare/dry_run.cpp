// What a preprocessing job would do.
#include "amt/base/log.hpp"
#include "amt/base/strings.hpp"
#include "amt/prepare/file_memory.hpp"
#include "amt/prepare/job.hpp"
#include "amt/prepare/memory.hpp"
#include "amt/prepare/output_check.hpp"
#include "amt/prepare/plan.hpp"
#include "empty_splits.hpp"
#include "listing.hpp"

namespace amt {

std::string describe_preparation(const PrepareOptions& options) {
  check_output(options);
  const std::uint64_t most = most_for_a_file(share_memory(options, {}, 1).all());
  const Plan plan(list_corpus(options, most), options, 1);
  const std::string empty = empty_splits_text(plan.corpus(), options.splits);
  if (!empty.empty()) log_warning(empty);
  std::string text = plan.describe();
  const Source& source = plan.corpus().source;
  if (is_packed(source.kind)) {
    const std::uint64_t memory = share_memory(options, source, 1).files;
    text += str_cat("  one rank unpacks the archive ", count_passes(plan.reading_order(0), memory),
                    " times more, holding up to ", format_bytes(static_cast<double>(memory)),
                    " of its files\n");
  }
  return text;
}

}  // namespace amt
