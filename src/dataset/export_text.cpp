#include "export_text.hpp"

#include <algorithm>

#include "amt/base/atomic_file.hpp"
#include "amt/base/strings.hpp"
#include "amt/dataset/dataset.hpp"
#include "amt/process/progress.hpp"
#include "amt/tokens/row_text.hpp"

namespace amt {
namespace {

constexpr std::uint64_t kRowsBetweenReports = 1024;

void write_rows(const SplitReader& reader, AtomicFile& out) {
  Progress progress("export", reader.rows());
  std::string line;
  Row row;
  for (std::uint64_t i = 0; i < reader.rows(); ++i) {
    std::ranges::copy(reader.row(i), row.begin());
    line.clear();
    append_row_text(row, line);
    out.write(line);
    if (i % kRowsBetweenReports == 0) {
      progress.update(i, format_count(i) + " rows");
    }
  }
}

}  // namespace

void export_text(const std::filesystem::path& dataset, const Manifest& manifest, Split split,
                 const std::filesystem::path& file) {
  const SplitReader reader(dataset, manifest, split, Checksums::kOfRowsUsed);
  AtomicFile out(file);
  write_rows(reader, out);
  out.commit();
}

}  // namespace amt
