// The job of `amt inspect`: what a dataset is, whether it is whole, and its rows as notes, MIDI or
// text.
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
  void validate() const;  ///< UsageError naming the option
};

/// Prints what is asked for to standard output, or writes it to the file that is named. kFailed if
/// the dataset was verified and something in it is wrong or cannot be read. Local, without MPI.
ExitCode inspect_dataset(const InspectOptions& options);

}  // namespace amt
