// The project's INI files: what amt writes of its own configuration, and what users write.
//
//   # a comment: from '#' or ';' at the start of a line, or after white space
//   [trainer]
//   run_dir = /scratch/runs/tune#3        ; the '#' is part of the name
//   initialize_from = "a name; with # in"
//
// A value is what is left of the comment, without the white space around it. In double quotes it is
// taken as it is, with \" \\ \n \r \t for what cannot stand there; in single quotes without any of
// those. Lines end with LF or CRLF; a UTF-8 byte order mark at the start is passed over.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace amt {

struct IniEntry {
  std::string key;  ///< "trainer.run_dir", or "run_dir" before the first section
  std::string value;
  int line = 0;  ///< of the file, from 1
};

/// The entries of an INI text in their order. UsageError "FILE:LINE: ..." if a line is none of the
/// above, or a key is given twice. Local.
std::vector<IniEntry> parse_ini(std::string_view text, const std::string& file);

/// The same, "section.key" -> value.
std::map<std::string, std::string> ini_values(std::string_view text, const std::string& file);

/// A value as parse_ini reads it back: in double quotes where it could be misread without.
std::string ini_value(const std::string& value);

}  // namespace amt
