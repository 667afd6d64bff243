import { fillIn, type Resources } from './cloudformation.ts';
import { showCosts } from './dashboard-costs.ts';
import { showCurrent } from './dashboard-current.ts';
import { showFailures } from './dashboard-failures.ts';
import { layOut } from './dashboard-widgets.ts';
import type { Settings } from './settings.ts';

/** One page that answers, from top to bottom: are we current, what failed, what does it cost? */
export function describeDashboard(settings: Settings): Resources {
  const rows = [...showCurrent(settings), ...showFailures(settings), ...showCosts(settings)];
  // Periods as they stand here, whatever time range is looked at.
  const body = { start: '-PT12H', periodOverride: 'inherit', widgets: layOut(rows) };
  return {
    Dashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: {
        // An account's dashboards are listed by name alone, those of all regions together.
        DashboardName: fillIn('${AWS::StackName}-${AWS::Region}'),
        DashboardBody: fillIn(JSON.stringify(body)),
      },
    },
  };
}
