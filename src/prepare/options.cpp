#include "amt/prepare/options.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"

namespace amt {
namespace {

constexpr std::uint64_t kLeastMemory = std::uint64_t{1} << 20;

}  // namespace

void PrepareOptions::register_options(OptionTable& table) {
  table.add("augment", &augment, "copies of each training piece: 1, or a multiple of 10");
  table.add_flag("interarrival", &interarrival,
                 "use the interarrival encoding instead of arrival; requires --augment 1");
  table.add("prefix-digits", &prefix_digits,
            "number of leading MD5 hex digits that define a unit of work; 1 gives the reference's "
            "rows, 2 or 3 let more than 14 ranks work in parallel");
  table.add("seed", &seed, "random seed for the global shuffle");
  table.add("rows-per-shard", &rows_per_shard, "approximate number of training rows per shard");
  table.add("extensions", &extensions,
            "file name extensions of MIDI files, in upper or lower case, e.g. mid,midi,kar; "
            "default: .mid and .midi in lower case only, as in the reference");
  table.add("valid-digits", &splits.valid,
            "files whose MD5 begins with one of these hex digits form the validation split");
  table.add("test-digits", &splits.test, "the same for the test split");
  table.add("valid-fraction", &splits.valid_fraction,
            "instead of --valid-digits: fraction of the files, e.g. 0.1; they are chosen by MD5, "
            "so a file stays in its split when others are added");
  table.add("test-fraction", &splits.test_fraction, "the same for the test split");
  table.add("memory", &memory,
            "memory per rank for rows before they are spilled to disk, e.g. 4GB (GB and GiB are "
            "both 2^30 bytes); half of it is used for the files of a .tar.gz or .zip; 0: a quarter "
            "of the node's memory, divided by its ranks",
            Effect::kNothing);
  table.add("text", &text, "also write the reference's tokenized-events-X.txt files to this folder",
            Effect::kNothing);
  table.add("compound", &compound,
            "also write the reference's NAME.mid.compound.txt files to this folder",
            Effect::kNothing);
  table.add("max-bad-fraction", &max_bad_fraction,
            "fail with exit code 3 if more than this fraction of the files is rejected",
            Effect::kNothing);
  table.add("watchdog", &watchdog, kWatchdogHelp, Effect::kNothing);
  table.add_flag("overwrite", &overwrite, "replace DATASET if it exists", Effect::kNothing);
  table.add_flag("dry-run", &dry_run,
                 "run all checks of a real start on these ranks and print the plan",
                 Effect::kNothing);
}

void PrepareOptions::validate_given(const OptionTable& table) const {
  for (const char* fraction : {"valid-fraction", "test-fraction"}) {
    for (const char* digits : {"valid-digits", "test-digits"}) {
      if (!table.given(fraction) || !table.given(digits)) continue;
      throw UsageError(
          fmt::format("--{} and --{} cannot be combined: splits are made by fractions or by digits",
                      fraction, digits));
    }
  }
}

void PrepareOptions::validate() const {
  if (augment != 1 && (augment < 10 || augment % 10 != 0)) {
    throw UsageError(fmt::format("--augment must be 1 or a multiple of 10, not {}", augment));
  }
  if (interarrival && augment != 1) {
    throw UsageError("--interarrival allows only --augment 1: there is nothing to anticipate");
  }
  if (prefix_digits < 1 || prefix_digits > 3) {
    throw UsageError(fmt::format("--prefix-digits must be 1, 2 or 3, not {}", prefix_digits));
  }
  if (rows_per_shard == 0) throw UsageError("--rows-per-shard must be at least 1, not 0");
  if (max_bad_fraction < 0 || max_bad_fraction > 1) {
    throw UsageError(
        fmt::format("--max-bad-fraction must be from 0 to 1, not {:.6g}", max_bad_fraction));
  }
  if (memory.bytes > 0 && memory.bytes < kLeastMemory) {
    throw UsageError(
        fmt::format("--memory {} is {}: use a size of at least 1MB with its unit, e.g. 4GB (MB "
                    "and MiB are 2^20 bytes)",
                    memory.bytes, format_bytes(double(memory.bytes))));
  }
  taken();
  splits.validate();
}

}  // namespace amt
