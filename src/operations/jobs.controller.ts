import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal } from '../access/current-principal.js';
import { Role } from '../access/policy.js';
import type { Principal } from '../access/principal.js';
import { ApiFailures } from '../http/api-failures.js';
import { JobsService } from '../jobs/jobs.service.js';
import { CommandEnvelope } from '../resource/kit/command-views.js';
import { BareList } from './bare-list.js';
import { JobRunsService } from './job-runs.service.js';
import { JobView } from './job-view.js';

/** The jobs that keep the database tidy. */
@ApiTags('Jobs')
@Controller('api/sys/jobs')
export class JobsController {
  constructor(
    private readonly jobs: JobsService,
    private readonly runs: JobRunsService,
  ) {}

  @BareList({
    ...{ of: JobView, role: 'Job-Read', operationId: 'listJobs', summary: 'List the jobs' },
    description: 'All jobs by name, each with its last run. The service runs them by itself.',
    answer: 'The jobs, as a bare array.',
  })
  async list(): Promise<JobView[]> {
    return (await this.jobs.list()).map((each) => JobView.of(each));
  }

  @Post(':name/run')
  @Role('Job-Run')
  @HttpCode(200)
  @ApiParam({ name: 'name', schema: { type: 'string', example: 'expired-records' } })
  @ApiOperation({
    operationId: 'runJob',
    summary: 'Run a job now',
    description:
      'Runs a job, due or not. `Value` is `{"Rows": n}`, or `{"Rows": null}` if the job still runs after ten seconds. It goes on then.',
  })
  @ApiResponse({ status: 200, type: CommandEnvelope, description: 'The job was run, or still runs.' })
  @ApiFailures(404, 409)
  async run(@Param('name') name: string, @CurrentPrincipal() principal: Principal): Promise<CommandEnvelope> {
    return CommandEnvelope.ofRun(await this.runs.run(name, principal), principal.name);
  }
}
