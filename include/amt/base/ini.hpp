// The format of INI files: the configurations that amt writes and those that users write.
//
//   # a comment: starts with '#' or ';' at the start of a line or after white space
//   [trainer]
//   run_dir = /scratch/runs/tune#3        ; the '#' is part of the name
//   initialize_from = "a name; with # in"
//
// A value is the rest of the line without the comment and surrounding white space. A value in
// double quotes is taken literally, except for the escapes \" \\ \n \r \t; in single quotes there
// are no escapes. Lines end with LF or CRLF; a UTF-8 byte order mark at the start is skipped.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace amt {

struct IniEntry {
  std::string key;  ///< "trainer.run_dir", or "run_dir" before the first section
  std::string value;
  int line = 0;  ///< in the file, counted from 1
};

/// Returns the entries of an INI text in order. Throws UsageError "FILE:LINE: ..." if a line has
/// none of the forms above, or a key is given twice. Local.
std::vector<IniEntry> parse_ini(std::string_view text, const std::string& file);

/// As parse_ini, but returns a map from "section.key" to value.
std::map<std::string, std::string> ini_values(std::string_view text, const std::string& file);

/// Formats a value so that parse_ini reads it back unchanged, with quotes only where necessary.
std::string ini_value(const std::string& value);

}  // namespace amt
