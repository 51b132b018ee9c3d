// report.html of a dataset: charts and tables about its corpus.
#pragma once

#include <string>
#include <vector>

#include "amt/corpus/corpus.hpp"
#include "amt/dataset/manifest.hpp"
#include "amt/prepare/options.hpp"
#include "profile.hpp"

namespace amt {

/// Identifies the dataset by its corpus and options alone.
struct ReportOrigin {
  std::string corpus;   ///< its name, without folders or archive extension
  std::string command;  ///< command that creates an identical dataset
};

/// Returns the origin for a job. For an archive, the corpus name is that of the folder it
/// unpacks to.
ReportOrigin origin_of(const PrepareOptions& options);

/// Creates a single page without external files: summary, histograms, rejections by reason, files
/// ignored because of their extension and, for a corpus the size of the full Lakh dataset, a
/// comparison with the counts in arXiv 2306.08620. It contains no times and no names of hosts or
/// folders except the corpus's: like every file of a dataset, it depends only on corpus and
/// options.
std::string report_html(const Manifest& manifest, const CorpusProfile& profile,
                        const std::vector<Rejection>& rejections,
                        const ExtensionCounts& passed_over = {}, const ReportOrigin& origin = {});

}  // namespace amt
