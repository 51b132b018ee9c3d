// The `amt inspect` job: summarises a dataset, checks whether it is intact, and shows its rows as
// notes, MIDI or text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "amt/base/error.hpp"
#include "amt/base/options.hpp"
#include "amt/corpus/split.hpp"

namespace amt {

struct InspectOptions {
  std::string dataset;
  bool verify = false;
  std::optional<std::uint64_t> row;
  Split split = Split::kTrain;
  std::string midi, svg, export_text;  ///< files to write, or ""

  void register_options(OptionTable& table);
  void validate() const;  ///< throws a UsageError naming the option
};

/// Prints the requested information to standard output or writes it to the given file. Returns
/// kFailed if verification found a file that is damaged or cannot be read. Local, without MPI.
ExitCode inspect_dataset(const InspectOptions& options);

}  // namespace amt
