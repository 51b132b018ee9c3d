// A libFuzzer target that lists, hashes and reads arbitrary bytes as an archive (tar, tar.gz or
// zip, depending on the first bytes). Finds sanitizer errors, hangs, and files of another length
// than listed.
#include <fmt/core.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "amt/base/files.hpp"
#include "amt/corpus/file_reader.hpp"

namespace amt {
namespace {

void require(bool promise, const char* what) {
  if (promise) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

void read_everything(const std::filesystem::path& path) {
  const Listing listing = list_files(path);
  for (const auto& [member, reason] : listing.rejected) {
    require(member.size() <= 4096 && !reason.empty(),
            "a rejection must have a short name and a reason");
  }
  const HashShares shares = {hash_share(listing, 0, 1)};
  const Listing alike = files_named_alike(listing, shares);
  const Corpus corpus = assemble_corpus(listing, shares, alike, {hash_contents_share(alike, 0, 1)});
  ReadingOrder order;
  for (const CorpusFile& file : corpus.files) {
    require(file.md5.size() == 32, "every file must have an MD5");
    order.push_back(&file);
  }
  const auto reader = open_reader(corpus.source, order, 1000);
  for (const CorpusFile& file : corpus.files) {
    require(reader->read(file).size() == file.bytes, "every file must have its listed length");
  }
  reader->finish();
}

}  // namespace
}  // namespace amt

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const int file = ::memfd_create("archive", 0);  // in memory, to avoid disk accesses
  static const std::string path = fmt::format("/proc/self/fd/{}", file);
  amt::require(::ftruncate(file, 0) == 0, "the file must be emptied");
  amt::require(::pwrite(file, data, size, 0) == static_cast<ssize_t>(size),
               "the file must be written");
  try {
    amt::read_everything(path);
  } catch (const amt::Error&) {
    // Rejected, like most inputs.
  }
  return 0;
}
