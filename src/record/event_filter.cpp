#include "event_filter.hpp"

#include <algorithm>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "event_record.hpp"
#include "recorded_once.hpp"

namespace amt {
namespace {

namespace fs = std::filesystem;

/// Returns this program's files, in the order in which readers process them.
std::vector<fs::path> event_files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(kEventFilePrefix) && name.ends_with(kEventFileSuffix)) {
      files.push_back(entry->path());
    }
  }
  if (failed && failed != std::errc::no_such_file_or_directory) {
    throw system_error("cannot read the folder " + folder.string(), failed);
  }
  std::ranges::sort(files);
  return files;
}

bool keeps(RecordedOnce& recorded, std::string_view event) {
  const auto place = place_of(event);
  return place && (!place->scalars || recorded.keeps(place->step, place->validation));
}

}  // namespace

void cut_back_events(const fs::path& folder, std::int64_t next_step, std::int64_t evaluated_step) {
  RecordedOnce recorded(next_step, evaluated_step);
  for (const fs::path& file : event_files_of(folder)) {
    const std::string old = read_text(file);
    std::string_view rest = old;
    std::string kept;
    while (const auto event = take_event(rest)) {
      if (keeps(recorded, *event)) kept += event_record(std::string(*event));
    }
    if (kept != old) write_file_atomically(file, kept);
  }
}

}  // namespace amt
