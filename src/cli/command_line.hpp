// Fills an OptionTable from the command line and an INI file.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "amt/base/options.hpp"

namespace amt {

/// A required positional argument.
struct Positional {
  std::string name;  ///< as shown in the usage line: "CORPUS"
  std::string help;
  std::string* value;
};

/// The arguments and options of a subcommand.
struct CommandLine {
  std::string command;  ///< "prepare"
  std::string summary;  ///< one sentence
  std::vector<Positional> positionals;
  OptionTable* table = nullptr;
  bool takes_config = false;  ///< --config FILE: an INI file, overridden by the command line
};

/// Fills the positionals and the table from the file given with --config (amt/base/ini.hpp), then
/// from `args` (without program and command), which override the file. Throws a one-line UsageError
/// with the line number in the file; for an unknown option or key it suggests the closest known
/// one. If `args` contain an option twice, the last one counts; a key that occurs twice in the file
/// is an error, and so is a second --config. Returns false if nothing is left to do because --help
/// was given, or kHelpAs alone (help_form.hpp), and rank 0 has printed it to stdout.
bool parse_command_line(const CommandLine& line, std::span<const std::string> args);

/// Returns all parsed settings, one per line. The text must be the same on all ranks of a job.
std::string configuration_text(const CommandLine& line);

}  // namespace amt
