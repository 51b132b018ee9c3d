#include "amt/dataset/export_text.hpp"

#include <algorithm>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/base/progress.hpp"
#include "amt/base/strings.hpp"
#include "amt/dataset/dataset.hpp"
#include "amt/tokens/row_text.hpp"

namespace amt {
namespace {

constexpr std::uint64_t kRowsBetweenReports = 1024;

void write_rows(const SplitReader& reader, const std::filesystem::path& path) {
  OutputFile out(path);
  Progress progress("export", static_cast<double>(reader.rows()));
  std::string line;
  Row row;
  for (std::uint64_t i = 0; i < reader.rows(); ++i) {
    std::ranges::copy(reader.row(i), row.begin());
    line.clear();
    append_row_text(row, line);
    out.write(line);
    if (i % kRowsBetweenReports == 0) {
      progress.update(static_cast<double>(i), format_count(i) + " rows");
    }
  }
  out.close(/*sync=*/true);
}

}  // namespace

void export_text(const std::filesystem::path& dataset, const Manifest& manifest, Split split,
                 const std::filesystem::path& file) {
  const SplitReader reader(dataset, manifest, split);
  std::filesystem::path temporary = file;
  temporary += ".tmp";
  try {
    write_rows(reader, temporary);
    std::filesystem::rename(temporary, file);
  } catch (const std::filesystem::filesystem_error& error) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw Error(str_cat("cannot write ", file.string(), ": ", error.code().message()));
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw;
  }
  fsync_path(file.has_parent_path() ? file.parent_path() : ".");
}

}  // namespace amt
