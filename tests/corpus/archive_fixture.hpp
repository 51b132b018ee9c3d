// Fixture for tests that compare a corpus in a folder with the same corpus in an archive.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "amt/corpus/corpus.hpp"
#include "amt/corpus/file_reader.hpp"
#include "support/refusal.hpp"
#include "support/tar_builder.hpp"
#include "support/temporary_folder.hpp"

namespace amt {

class ArchiveFixture : public testing::Test {
 protected:
  const std::filesystem::path& root() const { return folder_.path(); }

  /// Lists the corpus the way `ranks` ranks together would.
  static Corpus list(const std::filesystem::path& path, int ranks = 1) {
    const Listing listing = list_files(path);
    std::vector<std::vector<std::string>> shares;
    for (int r = 0; r < ranks; ++r) shares.push_back(hash_share(listing, r, ranks));
    const Listing alike = files_named_alike(listing, shares);
    HashShares contents;
    for (int r = 0; r < ranks; ++r) contents.push_back(hash_contents_share(alike, r, ranks));
    return assemble_corpus(listing, shares, alike, contents);
  }

  static ReadingOrder order_of(const Corpus& corpus) {
    ReadingOrder order;
    for (const CorpusFile& file : corpus.files) order.push_back(&file);
    return order;
  }

  /// Returns the contents of all files, in order.
  static std::vector<std::string> contents(const Corpus& corpus, std::uint64_t memory) {
    std::vector<std::string> all;
    const auto reader = open_reader(corpus.source, order_of(corpus), memory);
    for (const CorpusFile& file : corpus.files) {
      const std::span<const std::byte> bytes = reader->read(file);
      all.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    reader->finish();
    return all;
  }

  /// Returns the message of the CorpusError that `work` on the archive `path` throws, or "" if it
  /// throws none. The message must be one line that names the archive.
  static std::string failure_of(const std::filesystem::path& path,
                                const std::function<void()>& work) {
    const std::string text = test::refusal<CorpusError>(work);
    if (text.empty()) return "";
    EXPECT_TRUE(test::says(text, {path.string()}));
    return text;
  }
  static std::string failure(const std::filesystem::path& path) {
    return failure_of(path, [&] { list_files(path); });
  }

 private:
  test::TemporaryFolder folder_;
};

}  // namespace amt
