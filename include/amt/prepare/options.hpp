// The options of `amt prepare`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "amt/base/options.hpp"
#include "amt/corpus/units.hpp"
#include "amt/tokens/encoding.hpp"

namespace amt {

struct PrepareOptions {
  std::string corpus;
  std::string dataset;
  int augment = 1;
  bool interarrival = false;
  int prefix_digits = 1;
  std::uint64_t seed = 0;
  ByteSize memory{0};      ///< per rank (prepare/memory.hpp); 0: node's memory / 4 / its ranks
  std::string extensions;  ///< "mid,midi,kar", or "" for the reference's rule
  std::uint64_t rows_per_shard = 262144;
  SplitRule splits;
  std::string text;      ///< folder, or ""
  std::string compound;  ///< folder, or ""
  double max_bad_fraction = 0.5;
  bool overwrite = false;
  bool dry_run = false;
  std::optional<std::uint64_t> ranks;    ///< number of ranks that a dry run assumes
  Duration watchdog = kDefaultWatchdog;  ///< time without progress that ends the job; 0: never

  const Encoding& encoding() const { return interarrival ? kInterarrival : kArrival; }

  Extensions taken() const { return Extensions(extensions); }

  /// The dataset's bytes depend on the options with Effect::kResult and on the corpus; prepare.ini
  /// records them.
  void register_options(OptionTable& table);
  void validate() const;  ///< throws a UsageError naming the option
  /// Throws UsageError if mutually exclusive options were given.
  void validate_given(const OptionTable& table) const;
};

}  // namespace amt
